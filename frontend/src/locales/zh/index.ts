import common from './common.json';
import home from './home.json';
import log from './log.json';
import profile from './profile.json';
import signin from './signin.json';
import token from './token.json';

export default { common, home, log, profile, signin, token };
